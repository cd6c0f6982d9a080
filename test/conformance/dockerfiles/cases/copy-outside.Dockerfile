FROM test/corpus:1
COPY ../outside.txt /x/
