FROM test/corpus:1
COPY a.txt /
ADD dir /x
COPY b.txt /
#: --check-only
