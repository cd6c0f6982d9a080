FROM test/corpus:1
ADD --chown=5:6 archive.tar /x
