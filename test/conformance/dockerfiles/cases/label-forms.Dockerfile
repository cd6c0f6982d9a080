FROM test/corpus:1
LABEL a=1 "b.c"="two words" d=$PATH
LABEL e multi \
  line
LABEL f='$PATH'
