FROM test/corpus:1
STOPSIGNAL 9
