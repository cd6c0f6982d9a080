FROM test/corpus:1
ADD --unpack=false archive.tar /x/
