# check=experimental=InvalidDefinitionDescription
# wrong comment
ARG foo=bar
# base this is
FROM test/corpus:1 AS base
# foo is
ARG foo
