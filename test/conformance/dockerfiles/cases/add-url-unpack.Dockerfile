FROM test/corpus:1
ADD --unpack=true http://127.0.0.1:18999/archive.tar /x/
