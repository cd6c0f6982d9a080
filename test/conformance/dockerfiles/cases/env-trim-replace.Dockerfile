FROM test/corpus:1
ENV V=foobarfoo
ENV A=${V#foo} B=${V##f*o} C=${V%foo} D=${V%%o*} E=${V/foo/x} G=${V//foo/x}
