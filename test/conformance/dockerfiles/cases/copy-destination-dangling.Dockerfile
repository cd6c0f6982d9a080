FROM test/corpus:1
RUN ln -s /nowhere /alias
COPY a.txt /alias/
