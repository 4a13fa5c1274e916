"""SQL that a model wrote: what each column of its result is made of, and a process that it cannot break out of."""
