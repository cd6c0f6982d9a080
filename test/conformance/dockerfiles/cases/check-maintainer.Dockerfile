FROM test/corpus:1
MAINTAINER me
