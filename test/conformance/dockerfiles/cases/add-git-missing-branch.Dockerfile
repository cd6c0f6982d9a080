FROM test/corpus:1
ADD http://127.0.0.1:18999/repo.git#nosuch /x
