FROM test/corpus:1
COPY . /x
#: context=odd
