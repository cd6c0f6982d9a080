FROM test/corpus:1
LABEL a=1 b=2
#: --label b=3 --label c=4
