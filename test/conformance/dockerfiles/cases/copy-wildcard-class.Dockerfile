FROM test/corpus:1
COPY [ab].txt /x/
