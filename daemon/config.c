// SPDX-License-Identifier: MPL-2.0
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"

#define VALUE_LINE_MAX 4096
#define SENTENCE_MAX 512

typedef enum { TEXT, ADDRESS, SIZE, CHOICE, LIST, URL } config_type_t;

typedef struct {
    const char *key;
    config_type_t type;
    const char *fallback;
    uint64_t min;
    uint64_t max;
    const char *unit;
    const char *sentence;
    size_t offset;
} config_row_t;

static const config_row_t rows[] = {
#define PLN_CONFIG(key, type, fallback, min, max, unit, sentence) \
    {#key, type, fallback, min, max, unit, sentence, offsetof(pln_config_t, key)},
#include "config.def"
#undef PLN_CONFIG
};
#define ROWS (sizeof rows / sizeof rows[0])

/** Stores @value; false with a sentence in @why. */
typedef bool config_setter_t(const config_row_t *row, pln_config_t *config, const char *value,
                             char why[SENTENCE_MAX]);

static void *field(const config_row_t *row, pln_config_t *config)
{
    return (char *)config + row->offset;
}

static const config_row_t *find(const char *key)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *pln_config_key(size_t index)
{
    return index < ROWS ? rows[index].key : NULL;
}

/* ---- values ---- */

static bool set_text(const config_row_t *row, pln_config_t *config, const char *value,
                     char why[SENTENCE_MAX])
{
    size_t size = strlen(value);
    if (size < row->min || size > row->max) {
        snprintf(why, SENTENCE_MAX, "must have %" PRIu64 " to %" PRIu64 " bytes, this has %zu",
                 row->min, row->max, size);
        return false;
    }
    bool control = false;
    for (size_t i = 0; i < size; i++) {
        control = control || (unsigned char)value[i] < 0x20 || value[i] == 0x7f;
    }
    if (control || !pln_utf8_valid(PLN_SPAN(value, size))) {
        snprintf(why, SENTENCE_MAX, "must be readable UTF-8 text without control characters");
        return false;
    }
    memcpy(field(row, config), value, size + 1);
    return true;
}

bool pln_config_address(const char *text, uint16_t *port)
{
    pln_address_t address;
    struct in6_addr scratch;
    if (!pln_address_parse(text, &address)) {
        return false;
    }
    *port = address.port;
    return inet_pton(address.literal_v6 ? AF_INET6 : AF_INET, address.host, &scratch) == 1;
}

static bool set_address(const config_row_t *row, pln_config_t *config, const char *value,
                        char why[SENTENCE_MAX])
{
    uint16_t port;
    if (!pln_config_address(value, &port)) {
        snprintf(why, SENTENCE_MAX,
                 "must be a literal address and a port, such as %s or 127.0.0.1:0, not \"%.80s\"",
                 row->fallback, value);
        return false;
    }
    memcpy(field(row, config), value, strlen(value) + 1);
    return true;
}

static bool set_size(const config_row_t *row, pln_config_t *config, const char *value,
                     char why[SENTENCE_MAX])
{
    static const char units[] = "KMGT";
    size_t digits = strspn(value, "0123456789");
    const char *unit = value[digits] == '\0' ? NULL : strchr(units, value[digits]);
    bool spelled = digits > 0 && digits <= 15 &&
                   (value[digits] == '\0' || (unit != NULL && value[digits + 1] == '\0'));
    uint64_t number = spelled ? strtoull(value, NULL, 10) : 0;
    unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
    if (!spelled || number > row->max >> shift || number << shift < row->min) {
        snprintf(why, SENTENCE_MAX,
                 "must be a number of bytes between %" PRIu64 " and %" PRIu64
                 ", with K, M, G or T if you like, such as %s, not \"%.80s\"",
                 row->min, row->max, row->fallback, value);
        return false;
    }
    *(uint64_t *)field(row, config) = number << shift;
    return true;
}

static bool set_choice(const config_row_t *row, pln_config_t *config, const char *value,
                       char why[SENTENCE_MAX])
{
    size_t size = strlen(value);
    for (const char *word = row->unit; word != NULL && size > 0;) {
        const char *bar = strchr(word, '|');
        size_t length = bar != NULL ? (size_t)(bar - word) : strlen(word);
        if (length == size && memcmp(word, value, size) == 0) {
            memcpy(field(row, config), value, size + 1);
            return true;
        }
        word = bar != NULL ? bar + 1 : NULL;
    }
    snprintf(why, SENTENCE_MAX, "must be one of %s, not \"%.80s\"", row->unit, value);
    return false;
}

static bool add_address(pln_config_t *config, const char *text, size_t size, uint64_t max,
                        char why[SENTENCE_MAX])
{
    char item[PLN_ADDRESS_MAX + 1];
    bool good = size < sizeof item;
    if (good) {
        memcpy(item, text, size);
        item[size] = '\0';
        good = pln_address_dialable(item);
    }
    if (!good) {
        snprintf(why, SENTENCE_MAX,
                 "must be HOST:PORT to be dialled, such as hub.example.org:7420, not \"%.*s\"",
                 (int)(size < 80 ? size : 80), text);
        return false;
    }
    if (config->advertise_count == max) {
        snprintf(why, SENTENCE_MAX, "takes at most %" PRIu64 " addresses", max);
        return false;
    }
    memcpy(config->advertise[config->advertise_count++], item, size + 1);
    return true;
}

static bool set_list(const config_row_t *row, pln_config_t *config, const char *value,
                     char why[SENTENCE_MAX])
{
    while (*value != '\0') {
        value += strspn(value, " \t,");
        size_t size = strcspn(value, " \t,");
        if (size > 0 && !add_address(config, value, size, row->max, why)) {
            return false;
        }
        value += size;
    }
    return true;
}

static bool set_url(const config_row_t *row, pln_config_t *config, const char *value,
                    char why[SENTENCE_MAX])
{
    char url[PLN_URL_MAX + 1] = "";
    if (value[0] != '\0' && !pln_front_url_parse(value, url)) {
        snprintf(why, SENTENCE_MAX,
                 "must be http:// or https:// and a host, perhaps with a port, and no path, such "
                 "as https://pln.example.org, not \"%.80s\"",
                 value);
        return false;
    }
    memcpy(field(row, config), url, strlen(url) + 1);
    return true;
}

static config_setter_t *const setters[] = {
    [TEXT] = set_text,     [ADDRESS] = set_address, [SIZE] = set_size,
    [CHOICE] = set_choice, [LIST] = set_list,       [URL] = set_url,
};

/* ---- unknown keys ---- */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/** Edits that turn @a into @b (Levenshtein); both short. */
static size_t distance(const char *a, const char *b)
{
    size_t line[33];
    size_t width = strlen(b);
    assert(width < sizeof line / sizeof line[0]);
    for (size_t j = 0; j <= width; j++) {
        line[j] = j;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t kept = line[j];
            line[j] = smallest(kept + 1, line[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = kept;
        }
    }
    return line[width];
}

const char *pln_config_nearest(const char *key)
{
    const char *nearest = rows[0].key;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < ROWS; i++) {
        size_t steps = distance(key, rows[i].key);
        if (steps < least) {
            least = steps;
            nearest = rows[i].key;
        }
    }
    return nearest;
}

/* ---- setting ---- */

void pln_config_defaults(pln_config_t *config)
{
    memset(config, 0, sizeof *config);
    char why[SENTENCE_MAX];
    for (size_t i = 0; i < ROWS; i++) {
        bool given = rows[i].fallback[0] != '\0';
        bool good = !given || setters[rows[i].type](&rows[i], config, rows[i].fallback, why);
        assert(good);
    }
}

bool pln_config_set(pln_config_t *config, const char *key, const char *value, const char *place,
                    pln_config_problem_t *problem, void *arg)
{
    const config_row_t *row = find(key);
    char why[SENTENCE_MAX];
    char sentence[SENTENCE_MAX + 64];
    if (row == NULL) {
        snprintf(why, sizeof why, "there is no setting \"%.80s\"; the nearest one is \"%s\"", key,
                 pln_config_nearest(key));
        problem(arg, place, why);
        return false;
    }
    if (!setters[row->type](row, config, value, why)) {
        snprintf(sentence, sizeof sentence, "%s %s", row->key, why);
        problem(arg, place, sentence);
        return false;
    }
    return true;
}

void pln_config_reset(pln_config_t *config, const char *key)
{
    const config_row_t *row = find(key);
    if (row != NULL && row->type == LIST) {
        config->advertise_count = 0;
    }
}

void pln_config_finish(pln_config_t *config)
{
    if (config->name[0] != '\0') {
        return;
    }
    char host[PLN_NAME_MAX + 1] = "";
    char why[SENTENCE_MAX];
    if (gethostname(host, sizeof host - 1) != 0 || !set_text(find("name"), config, host, why)) {
        memcpy(config->name, "plnd", sizeof "plnd");
    }
}

/* ---- the file ---- */

/** @text without the white space around it. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL) {
        text[--size] = '\0';
    }
    return text;
}

typedef struct {
    pln_config_t *config;
    const char *path;
    size_t line;
    size_t seen[ROWS]; /**< line of each key's first value, 0 none */
    pln_config_problem_t *problem;
    void *arg;
} config_reader_t;

static bool complain(config_reader_t *reader, const char *sentence)
{
    char place[SENTENCE_MAX];
    snprintf(place, sizeof place, "%s:%zu", reader->path, reader->line);
    reader->problem(reader->arg, place, sentence);
    return false;
}

static bool first_time(config_reader_t *reader, const config_row_t *row)
{
    size_t *seen = &reader->seen[row - rows];
    if (*seen != 0 && row->type != LIST) {
        char sentence[SENTENCE_MAX];
        snprintf(sentence, sizeof sentence,
                 "%s is set here and in line %zu; keep one of the two lines", row->key, *seen);
        return complain(reader, sentence);
    }
    if (*seen == 0) {
        pln_config_reset(reader->config, row->key);
        *seen = reader->line;
    }
    return true;
}

/** One line; false when it has a problem (told). */
static bool read_line(config_reader_t *reader, char *text)
{
    text = trim(text);
    if (text[0] == '\0' || text[0] == '#') {
        return true;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return complain(reader,
                        "this is not a setting; write `key = value`, or # before a comment");
    }
    *equals = '\0';
    const char *key = trim(text);
    const char *value = trim(equals + 1);
    const config_row_t *row = find(key);
    if (row != NULL && !first_time(reader, row)) {
        return false;
    }
    char place[SENTENCE_MAX];
    snprintf(place, sizeof place, "%s:%zu", reader->path, reader->line);
    return pln_config_set(reader->config, key, value, place, reader->problem, reader->arg);
}

size_t pln_config_read(pln_config_t *config, FILE *file, const char *path,
                       pln_config_problem_t *problem, void *arg)
{
    config_reader_t reader = {.config = config, .path = path, .problem = problem, .arg = arg};
    char text[VALUE_LINE_MAX];
    size_t problems = 0;
    while (fgets(text, sizeof text, file) != NULL) {
        reader.line++;
        if (strlen(text) == sizeof text - 1 && text[sizeof text - 2] != '\n') {
            complain(&reader, "the line is longer than 4,000 bytes; shorten it");
            return problems + 1;
        }
        problems += read_line(&reader, text) ? 0 : 1;
    }
    if (ferror(file)) {
        complain(&reader, "the file cannot be read further");
        problems++;
    }
    return problems;
}

/* ---- texts made from the table ---- */

void pln_config_sample(FILE *out)
{
    fputs(
        "# plnd.conf: settings of this node. A line is `key = value`; # begins a comment.\n"
        "# What is commented out below is the default. The command line beats this file.\n"
        "# `plnd --check` reads it and says what is wrong; restart plnd after a change.\n",
        out);
    for (size_t i = 0; i < ROWS; i++) {
        fprintf(out, "\n# %s (%s)\n#%s = %s\n", rows[i].sentence, rows[i].unit, rows[i].key,
                rows[i].fallback);
    }
}

void pln_config_manual(FILE *out)
{
    fputs(".TH PLND.CONF 5 \"\" \"pln " PLN_VERSION
          "\" \"Peer learning network\"\n"
          ".SH NAME\nplnd.conf \\- settings of plnd\n.SH DESCRIPTION\n"
          "A line is\n.IR key \" = \" value ;\n# begins a comment line. plnd writes a commented "
          "plnd.conf into its directory at the first\nstart. Each key is also an option of plnd "
          "(_ becomes \\-), and the command line beats the file.\n"
          "An unknown key, a key given twice or a value out of bounds stops the start, naming the "
          "line.\n.SH SETTINGS\n",
          out);
    for (size_t i = 0; i < ROWS; i++) {
        bool given = rows[i].fallback[0] != '\0';
        fprintf(out, ".TP\n.BR %s \" = \" (%s)\n%s Default: %s.\n", rows[i].key, rows[i].unit,
                rows[i].sentence, given ? rows[i].fallback : "empty");
    }
    fputs(
        ".SH EXAMPLE\n.nf\nname = Cedar Valley Schools\nlisten = [::]:7420\n"
        "advertise = pln.cedarvalley.example.org:7420\n.fi\n.SH SEE ALSO\n.BR plnd (8),\n"
        ".BR pln (1)\n",
        out);
}

void pln_config_options(FILE *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        char option[64];
        snprintf(option, sizeof option, "--%s %s", rows[i].key, rows[i].unit);
        for (char *c = option; *c != ' '; c++) {
            *c = *c == '_' ? '-' : *c;
        }
        fprintf(out, "  %-30s default %s\n      %s\n", option,
                rows[i].fallback[0] != '\0' ? rows[i].fallback : "empty", rows[i].sentence);
    }
}
