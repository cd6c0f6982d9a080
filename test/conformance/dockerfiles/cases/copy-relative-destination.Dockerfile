FROM test/corpus:1
WORKDIR /w
COPY a.txt sub/
COPY b.txt .
COPY exec.sh ./run
