FROM test/corpus:1
COPY --exclude=*.md --exclude=sub dir /x
