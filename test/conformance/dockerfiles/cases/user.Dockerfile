FROM test/corpus:1
ENV U=nobody
USER $U:nogroup
