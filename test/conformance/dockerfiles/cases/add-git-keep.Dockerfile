FROM test/corpus:1
ADD --keep-git-dir=true http://127.0.0.1:18999/repo.git#main /x
RUN test -d /x/.git && rm -rf /x/.git
#: no-layers
