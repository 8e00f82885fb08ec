// Load for fan-out in one room: one sender, MEMBERS receivers, one thread, epoll.
//
//     load PORT DIALECT MEMBERS BODY STALLED < orders
//
// DIALECT: sextant (protocol v1; the first order lines are the room's id and a token each for the sender and the
// members), socketio (Engine.IO 4 over WebSocket), plain (receivers /r, sender /s, each greeted with one frame).
// BODY: bytes of a message's text. STALLED: that many receivers never read.
//
// Prints "ready", then obeys lines `run WINDOW SECONDS WARM RATE`: for SECONDS after WARM seconds, send while fewer
// than WINDOW messages are not yet with every receiver that reads, and at most RATE a second (0: no limit). Answers with
// a line of JSON. Every delivery is checked: the n-th message that a receiver gets must be the n-th that was sent.
// Latency is from handing the message to the kernel to reading it. At the end of orders it exits; while it waits it
// answers pings.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PLAIN, SOCKETIO, SEXTANT };
enum { GROUP = 64, PENDING = 1 << 16, BUCKET_US = 10, BUCKETS = 1 << 20, FIRST_SEQ = 100000000, STALLED_RCVBUF = 4096 };

typedef struct {
    int fd, stalled, size, space, close_code;
    unsigned char *input;
    uint64_t count; // messages received
} Client;

static int port, dialect, members, body_size, stalled, live, queue;
static char room[64];
static Client *clients, sender;
static uint64_t base; // sextant: the room's seq before the first message
static uint64_t sent, done, sent_at[PENDING];
static uint32_t received_by[PENDING], histogram[BUCKETS];
static int measuring;
static uint64_t deliveries, frames_seen, bytes_seen, refused;

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (%s)\n", strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void put(int fd, const void *bytes, int size) {
    const char *at = bytes;
    while (size > 0) {
        ssize_t wrote = write(fd, at, size);
        if (wrote < 0 && errno == EAGAIN) {
            usleep(50);
            continue;
        }
        if (wrote < 0) die("write");
        at += wrote;
        size -= wrote;
    }
}

static void put_frame(int fd, int opcode, const char *text, int size) {
    static unsigned char frame[80 * 1024];
    int head = 2;
    frame[0] = 0x80 | opcode;
    if (size < 126) {
        frame[1] = 0x80 | size;
    } else {
        frame[1] = 0x80 | 126;
        frame[2] = size >> 8;
        frame[3] = size & 255;
        head = 4;
    }
    memset(frame + head, 0, 4); // a mask of zeros is a mask
    memcpy(frame + head + 4, text, size);
    put(fd, frame, head + 4 + size);
}

static void say(int fd, const char *text) { put_frame(fd, 1, text, strlen(text)); }

static void read_line(char *line, int size) {
    if (!fgets(line, size, stdin)) die("orders ended early");
    line[strcspn(line, "\n")] = 0;
}

// A whole frame, or 0 while it is not all there. Sets where its data begins and how much it is.
static int whole_frame(Client *client, int at, int *data, uint64_t *size) {
    unsigned char *frame = client->input + at;
    int there = client->size - at, head = 2;
    if (there < 2) return 0;
    *size = frame[1] & 127;
    if (*size == 126) {
        if (there < 4) return 0;
        *size = frame[2] << 8 | frame[3];
        head = 4;
    } else if (*size == 127) {
        if (there < 10) return 0;
        *size = 0;
        for (int i = 2; i < 10; i++) *size = *size << 8 | frame[i];
        head = 10;
    }
    if ((uint64_t)there < head + *size) return 0;
    *data = at + head;
    return 1;
}

static ssize_t fill(Client *client) {
    if (client->space - client->size < 16 * 1024) {
        client->space = client->space ? client->space * 2 : 32 * 1024;
        client->input = realloc(client->input, client->space);
    }
    ssize_t got = read(client->fd, client->input + client->size, client->space - client->size);
    if (got > 0) client->size += got;
    return got;
}

// Blocking, during setup: wait for a text frame that contains `wanted`; returns a copy that is good until the next call.
static char *expect(Client *client, const char *wanted) {
    static char text[64 * 1024];
    for (;;) {
        int data;
        uint64_t size;
        while (whole_frame(client, 0, &data, &size)) {
            int found = 0;
            if (size < sizeof text) {
                memcpy(text, client->input + data, size);
                text[size] = 0;
                found = strstr(text, wanted) != 0;
            }
            client->size -= data + size;
            memmove(client->input, client->input + data + size, client->size);
            if (found) return text;
        }
        if (fill(client) <= 0) die("closed while waiting for %s", wanted);
    }
}

static void open_socket(Client *client, const char *path, const char *header) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, small = STALLED_RCVBUF;
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0) die("socket");
    if (client->stalled) setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (connect(client->fd, (void *)&address, sizeof address)) die("connect");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    char request[2048];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                        path, port, header);
    put(client->fd, request, size);
}

static void shake_hands(Client *client) {
    for (;;) {
        if (fill(client) <= 0) die("closed in the handshake");
        char *end = memmem(client->input, client->size, "\r\n\r\n", 4);
        if (!end) continue;
        if (strncmp((char *)client->input, "HTTP/1.1 101", 12)) die("refused: %.80s", client->input);
        int head = end + 4 - (char *)client->input;
        client->size -= head;
        memmove(client->input, client->input + head, client->size);
        return;
    }
}

static void begin(Client *client, int sends) {
    char header[600] = "", token[512];
    switch (dialect) {
    case SEXTANT:
        read_line(token, sizeof token);
        snprintf(header, sizeof header, "Authorization: Bearer %s\r\nSec-WebSocket-Protocol: sextant.v1\r\n", token);
        open_socket(client, "/ws", header);
        break;
    case SOCKETIO:
        open_socket(client, sends ? "/socket.io/?EIO=4&transport=websocket&role=s" : "/socket.io/?EIO=4&transport=websocket&role=r", header);
        break;
    default:
        open_socket(client, sends ? "/s" : "/r", header);
    }
}

static void introduce(Client *client) {
    char text[160];
    shake_hands(client);
    if (dialect == SEXTANT) {
        expect(client, "\"welcome\"");
        snprintf(text, sizeof text, "{\"type\":\"subscribe\",\"id\":\"sub\",\"room\":\"%s\"}", room);
        say(client->fd, text);
    } else if (dialect == SOCKETIO) {
        expect(client, "0{");
        say(client->fd, "40");
    }
}

static void settle(Client *client) {
    if (dialect == SEXTANT) {
        char *ack = expect(client, "\"type\":\"ack\"");
        char *seq = strstr(ack, "\"seq\":");
        if (!seq) die("no seq in %s", ack);
        base = strtoull(seq + 6, 0, 10);
    } else {
        expect(client, dialect == SOCKETIO ? "40" : "hi");
    }
}

static void watch(Client *client) {
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (!client->stalled) epoll_ctl(queue, EPOLL_CTL_ADD, client->fd, &event);
}

static void connect_all(void) {
    clients = calloc(members, sizeof *clients);
    begin(&sender, 1);
    introduce(&sender);
    settle(&sender);
    for (int start = 0; start < members; start += GROUP) {
        int end = start + GROUP < members ? start + GROUP : members;
        for (int i = start; i < end; i++) {
            clients[i].stalled = i < stalled;
            begin(&clients[i], 0);
        }
        for (int i = start; i < end; i++) introduce(&clients[i]);
        for (int i = start; i < end; i++) settle(&clients[i]);
    }
    watch(&sender);
    for (int i = 0; i < members; i++) watch(&clients[i]);
}

static void send_message(void) {
    static char text[80 * 1024];
    int at;
    if (dialect == SEXTANT) {
        at = sprintf(text,
                     "{\"type\":\"message.send\",\"id\":\"m%llu\",\"room\":\"%s\","
                     "\"client_id\":\"%08x-0000-4000-8000-%012llx\",\"text\":\"",
                     (unsigned long long)sent, room, (unsigned)getpid(), (unsigned long long)sent);
        memset(text + at, 'x', body_size);
        at += body_size;
        at += sprintf(text + at, "\"}");
    } else {
        at = dialect == SOCKETIO ? sprintf(text, "42[\"m\",") : 0;
        int start = at;
        at += sprintf(text + at, "{\"type\":\"chat.message\",\"room\":\"r1\",\"seq\":%llu,\"ts\":%llu,\"body\":\"",
                      (unsigned long long)(sent + FIRST_SEQ), (unsigned long long)now());
        while (at - start < body_size - 2) text[at++] = 'x';
        at += sprintf(text + at, "\"}");
        if (dialect == SOCKETIO) text[at++] = ']';
    }
    received_by[sent % PENDING] = 0;
    sent_at[sent % PENDING] = now();
    sent++;
    put_frame(sender.fd, 1, text, at);
}

static void delivered(Client *client, uint64_t number, uint64_t at) {
    if (number != client->count) die("message %llu where %llu was due", number, client->count);
    client->count++;
    if (measuring) {
        uint64_t bucket = (at - sent_at[number % PENDING]) / (1000 * BUCKET_US);
        histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        deliveries++;
    }
    if (++received_by[number % PENDING] == (uint32_t)live) done++;
}

static void take_text(Client *client, char *text, uint64_t size, uint64_t at) {
    frames_seen++;
    bytes_seen += size;
    if (dialect == SEXTANT) {
        static const char CREATED[] = "{\"type\":\"message.created\",\"room\":\"";
        char *end = text + size;
        while (text < end) {
            char *next = memchr(text, '\n', end - text);
            if (!next) next = end;
            if (next - text > 120 && !memcmp(text, CREATED, sizeof CREATED - 1)) {
                char *seq = text + sizeof CREATED - 1 + 36 + 8; // the id, `","seq":`
                delivered(client, strtoull(seq, 0, 10) - base - 1, at);
            } else if (!memcmp(text, "{\"type\":\"closing\"", 17)) {
                die("the server goes away");
            }
            text = next + 1;
        }
        return;
    }
    if (dialect == SOCKETIO && text[0] == '2') {
        say(client->fd, "3");
        return;
    }
    char *seq = memmem(text, size, "\"seq\":", 6);
    if (seq) delivered(client, strtoull(seq + 6, 0, 10) - FIRST_SEQ, at);
}

static void take(Client *client) {
    ssize_t got = fill(client);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) die("a receiver was closed after %llu messages", client->count);
    uint64_t at = now(), size;
    int start = 0, data;
    while (whole_frame(client, start, &data, &size)) {
        int opcode = client->input[start] & 15;
        char *text = (char *)client->input + data;
        if (opcode == 9) put_frame(client->fd, 10, text, size);
        else if (opcode == 8) die("a receiver got a close frame after %llu messages", client->count);
        else if (client != &sender) take_text(client, text, size, at);
        else if (dialect == SOCKETIO && text[0] == '2') say(client->fd, "3");
        else if (dialect == SEXTANT && memmem(text, size, "\"type\":\"error\"", 14)) refused++;
        start = data + size;
    }
    client->size -= start;
    memmove(client->input, client->input + start, client->size);
}

static void poll_sockets(int timeout_ms) {
    struct epoll_event events[512];
    int ready = epoll_wait(queue, events, 512, timeout_ms);
    for (int i = 0; i < ready; i++)
        if (events[i].data.ptr) take(events[i].data.ptr);
}

static double percentile(double share) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) total += histogram[i];
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (total && seen >= share * total) return (i + 0.5) * BUCKET_US / 1000;
    }
    return 0;
}

static void run(uint64_t window, double seconds, double warm, double rate) {
    memset(histogram, 0, sizeof histogram);
    uint64_t began = now(), from = began + warm * 1e9, until = from + seconds * 1e9, first = sent, before = 0;
    double cpu = 0;
    deliveries = frames_seen = bytes_seen = refused = measuring = 0;
    for (;;) {
        uint64_t moment = now();
        if (moment >= until) break;
        if (!measuring && moment >= from) {
            measuring = 1;
            cpu = cpu_seconds();
            before = sent;
            frames_seen = bytes_seen = 0;
        }
        while (sent - done < window && (rate == 0 || (moment - began) * rate / 1e9 > sent - first)) {
            send_message();
            moment = now();
        }
        poll_sockets(rate == 0 ? 100 : 1);
    }
    measuring = 0;
    double took = (now() - from) / 1e9, busy = (cpu_seconds() - cpu) / took;
    uint64_t offered = sent - before;
    for (uint64_t deadline = now() + 30000000000ull; done < sent && now() < deadline;) poll_sockets(100);
    printf("{\"deliveries_per_s\":%.0f,\"messages_per_s\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"busy\":%.3f,"
           "\"messages_per_frame\":%.2f,\"bytes_per_message\":%.0f,\"offered\":%llu,\"deliveries\":%llu,"
           "\"outstanding\":%llu,\"refused\":%llu}\n",
           deliveries / took, deliveries / took / live, percentile(0.5), percentile(0.99), busy,
           frames_seen ? (double)deliveries / frames_seen : 0, deliveries ? (double)bytes_seen / deliveries : 0,
           (unsigned long long)offered, (unsigned long long)deliveries, (unsigned long long)(sent - done),
           (unsigned long long)refused);
    fflush(stdout);
}

// Read what a stalled receiver has been sent, to its end, and say with which code it was closed (0: not at all).
static void wake(void) {
    for (int i = 0; i < stalled; i++) {
        Client *client = &clients[i];
        int large = 4 * 1024 * 1024;
        setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
        for (uint64_t deadline = now() + 8000000000ull; now() < deadline && !client->close_code;) {
            struct pollfd readable = {.fd = client->fd, .events = POLLIN};
            poll(&readable, 1, 100);
            ssize_t got = fill(client);
            if (got == 0 || (got < 0 && errno != EAGAIN)) break;
            int start = 0, data;
            uint64_t size;
            while (whole_frame(client, start, &data, &size)) {
                if ((client->input[start] & 15) == 8 && size >= 2)
                    client->close_code = client->input[data] << 8 | client->input[data + 1];
                start = data + size;
            }
            client->size -= start;
            memmove(client->input, client->input + start, client->size);
        }
        printf("{\"close_code\":%d}\n", client->close_code);
    }
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 6) return 2;
    port = atoi(arguments[1]);
    dialect = !strcmp(arguments[2], "sextant") ? SEXTANT : !strcmp(arguments[2], "socketio") ? SOCKETIO : PLAIN;
    members = atoi(arguments[3]);
    body_size = atoi(arguments[4]);
    stalled = atoi(arguments[5]);
    live = members - stalled;
    queue = epoll_create1(0);
    if (dialect == SEXTANT) read_line(room, sizeof room);
    connect_all();
    puts("ready");
    fflush(stdout);
    fcntl(0, F_SETFL, O_NONBLOCK);
    struct epoll_event orders = {.events = EPOLLIN};
    epoll_ctl(queue, EPOLL_CTL_ADD, 0, &orders);
    static char line[256];
    int filled = 0;
    for (;;) {
        ssize_t got = read(0, line + filled, sizeof line - 1 - filled);
        if (got == 0) return 0;
        if (got > 0) filled += got;
        line[filled] = 0;
        char *end;
        while ((end = strchr(line, '\n'))) {
            *end = 0;
            unsigned long long window;
            double seconds, warm, rate;
            if (sscanf(line, "run %llu %lf %lf %lf", &window, &seconds, &warm, &rate) == 4)
                run(window, seconds, warm, rate);
            else if (!strcmp(line, "wake")) wake();
            else die("what is %s", line);
            filled -= end + 1 - line;
            memmove(line, end + 1, filled + 1);
        }
        poll_sockets(200);
    }
}
