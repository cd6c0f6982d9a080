FROM test/corpus:1
ADD --chmod=644 --chown=5:6 http://127.0.0.1:18999/file.txt /x/f
