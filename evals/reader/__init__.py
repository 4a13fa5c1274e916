"""Questions with passages or documents: is what answers said, said first, and refused where nothing does?"""
