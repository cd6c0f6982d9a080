FROM test/corpus:1
ADD --checksum=sha256:SUM http://127.0.0.1:18999/file.txt /x/
