FROM test/corpus:1
MAINTAINER Some One <a@b.c>
