FROM test/corpus:1
SHELL /bin/sh -c
