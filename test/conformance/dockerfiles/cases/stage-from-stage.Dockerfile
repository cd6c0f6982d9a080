FROM test/corpus:1 AS a
ENV A=1
RUN echo 1 >/o
CMD ["a"]
FROM a AS b
RUN echo $A >/p
ENTRYPOINT ["e"]
