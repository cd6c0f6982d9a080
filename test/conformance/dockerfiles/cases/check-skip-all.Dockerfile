# check=skip=all
FROM test/corpus:1
CMD echo x
MAINTAINER x
