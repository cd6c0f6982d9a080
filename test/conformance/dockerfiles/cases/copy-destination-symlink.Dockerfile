FROM test/corpus:1
RUN mkdir /real && ln -s /real /alias
COPY a.txt /alias/
COPY dir /alias
