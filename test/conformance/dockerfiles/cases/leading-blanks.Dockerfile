   FROM test/corpus:1
   RUN echo "  kept  " >/out
