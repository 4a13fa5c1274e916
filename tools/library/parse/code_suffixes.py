"""Files that are read as source code: apart, because the list is wanted before any parser is loaded."""

SUFFIXES = (
    ".py .js .ts .jsx .tsx .java .c .h .cc .cpp .hpp .cs .go .rs .rb .php .swift .kt .scala .lua .pl .r .jl .m .f90 .vb"
    " .sh .ps1 .bat .sql .css .toml .yaml .yml .ini .cfg .conf .xml .tex .rst .adoc"
).split()
