"""Scripts that draw and write the sample library; run `python -m evals.sample.make`."""
