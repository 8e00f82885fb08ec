// A bare WebSocket broadcaster: what one core and this kernel can do. One thread, epoll, no checks, no limits.
//
//     broadcaster PORT JOIN
//
// Clients of /r are in the room; what any other client sends goes to all of them. JOIN 0: one write per message and
// member. JOIN 1: messages that arrive together are written together.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 20000, INPUT = 64 * 1024, OUTPUT = 1 << 20 };

typedef struct {
    int fd, upgraded, size;
    unsigned char input[INPUT];
} Client;

static Client *room[ROOM];
static int members, join;
static unsigned char out[OUTPUT];

static const char HELLO[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x02hi";

static void put(int fd, const void *bytes, size_t size) {
    // A full socket loses the message, as a broadcaster without an outbox does; the load client would notice.
    if (write(fd, bytes, size) != (ssize_t)size && errno != EPIPE && errno != ECONNRESET)
        fprintf(stderr, "a member did not take a whole message\n");
}

static void broadcast(const unsigned char *bytes, size_t size) {
    for (int i = 0; i < members; i++) put(room[i]->fd, bytes, size);
}

static void drop(Client *client) {
    for (int i = 0; i < members; i++)
        if (room[i] == client) {
            room[i] = room[--members];
            break;
        }
    close(client->fd);
    free(client);
}

static void upgrade(Client *client) {
    client->input[client->size] = 0;
    if (!strstr((char *)client->input, "\r\n\r\n")) return;
    client->upgraded = 1;
    client->size = 0;
    if (!strncmp((char *)client->input, "GET /r", 6) && members < ROOM) room[members++] = client;
    put(client->fd, HELLO, sizeof HELLO - 1);
}

static void frames(Client *client) {
    int at = 0, used = 0;
    while (client->size - at >= 6) {
        unsigned char *frame = client->input + at;
        int size = frame[1] & 127, head = 2;
        if (size == 126) {
            size = frame[2] << 8 | frame[3];
            head = 4;
        }
        if (client->size - at < head + 4 + size) break;
        unsigned char *mask = frame + head, *data = mask + 4;
        if ((frame[0] & 15) == 1) {
            int start = used;
            out[used++] = 0x81;
            if (size < 126) {
                out[used++] = size;
            } else {
                out[used++] = 126;
                out[used++] = size >> 8;
                out[used++] = size & 255;
            }
            for (int i = 0; i < size; i++) out[used++] = data[i] ^ mask[i & 3];
            if (!join) broadcast(out + start, used - start);
        }
        at += head + 4 + size;
    }
    if (join && used) broadcast(out, used);
    memmove(client->input, client->input + at, client->size - at);
    client->size -= at;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    signal(SIGPIPE, SIG_IGN);
    join = atoi(arguments[2]);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), queue = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) {
        perror("listen");
        return 1;
    }
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(queue, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            Client *client = events[i].data.ptr;
            if (!client) {
                int fd = accept4(listener, 0, 0, SOCK_NONBLOCK);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                client = calloc(1, sizeof *client);
                client->fd = fd;
                struct epoll_event added = {.events = EPOLLIN, .data.ptr = client};
                epoll_ctl(queue, EPOLL_CTL_ADD, fd, &added);
                continue;
            }
            ssize_t got = read(client->fd, client->input + client->size, INPUT - client->size - 1);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) {
                drop(client);
                continue;
            }
            client->size += got;
            if (client->upgraded) frames(client);
            else upgrade(client);
        }
    }
}
