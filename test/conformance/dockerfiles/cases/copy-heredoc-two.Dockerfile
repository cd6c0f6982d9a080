FROM test/corpus:1
COPY <<one.txt <<two.txt /x/
1
one.txt
2
two.txt
