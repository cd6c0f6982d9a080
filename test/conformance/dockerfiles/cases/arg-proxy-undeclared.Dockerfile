FROM test/corpus:1
RUN env | sort >/out
#: --build-arg HTTP_PROXY=http://p:1 --build-arg no_proxy=x
