# escape=`
FROM test/corpus:1
RUN echo a `
  b >/out
ENV P=C:\dir
