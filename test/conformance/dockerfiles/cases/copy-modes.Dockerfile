FROM test/corpus:1
COPY exec.sh secret.txt /x/
