FROM test/corpus:1
COPY --chmod=u=rwX,go=rX dir exec.sh /x/
