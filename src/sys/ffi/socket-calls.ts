import { type LibcFunction, libc } from './libc.ts'

/* The socket calls every kind of socket needs. */

export const SOL_SOCKET = 1

export const socket: LibcFunction = libc('int socket(int domain, int type, int protocol)')
export const setsockopt: LibcFunction = libc('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)')
export const send: LibcFunction = libc('long send(int fd, const void *data, size_t length, int flags)')
export const recv: LibcFunction = libc('long recv(int fd, void *data, size_t length, int flags)')
