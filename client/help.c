// SPDX-License-Identifier: MPL-2.0
// Help is the table of verbs in three layouts: a list, one verb, and a manual page.
#include <string.h>

#include "command.h"
#include "proto/kinds.h"
#include "width.h"

#define INDENT 2u
#define COLUMN 26u /**< where sentences begin */
#define LINE 80u

/* ---- text for a screen ---- */

static void blanks(FILE *out, size_t count)
{
    for (; count > 0; count--) {
        fputc(' ', out);
    }
}

/** Words of @text in lines that begin at @column; the cursor stands at @at. */
static void wrap(FILE *out, const char *text, size_t at, size_t column)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        size_t width = pln_width(text, size);
        if (at > column && at + 1 + width > LINE) {
            fputc('\n', out);
            at = 0;
        }
        if (at < column) {
            blanks(out, column - at);
            at = column;
        } else if (at > column) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, size, out);
        at += width;
        text += size + (text[size] == ' ');
    }
    fputc('\n', out);
}

/** "  left    sentence", the sentence on the next line where left is too long. */
static void entry(FILE *out, const char *left, const char *sentence)
{
    size_t width = INDENT + pln_width(left, strlen(left));
    blanks(out, INDENT);
    fputs(left, out);
    if (width + 2 > COLUMN) {
        fputc('\n', out);
        width = 0;
    }
    wrap(out, sentence, width, COLUMN);
}

static void heading(FILE *out, const char *text)
{
    pln_screen_style(out, PLN_BOLD);
    fputs(text, out);
    pln_screen_style(out, PLN_PLAIN);
    fputc('\n', out);
}

static void flag_left(const pln_flag_t *flag, char *out, size_t size)
{
    char letter[8] = "";
    if (flag->letter != 0) {
        snprintf(letter, sizeof letter, "-%c, ", flag->letter);
    }
    snprintf(out, size, "%s--%s%s%s", letter, flag->name, flag->value != NULL ? " " : "",
             flag->value != NULL ? flag->value : "");
}

static void print_flags(FILE *out, const pln_flag_t *flags)
{
    for (; flags->name != NULL; flags++) {
        char left[80];
        flag_left(flags, left, sizeof left);
        if (flags->sentence[0] != '\0') {
            entry(out, left, flags->sentence);
        }
    }
}

static void print_verbs(FILE *out, const char *noun)
{
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        char left[96];
        size_t size = noun == NULL ? 0 : strlen(noun);
        if (noun != NULL && (strncmp(verb->name, noun, size) != 0 || verb->name[size] != ' ')) {
            continue;
        }
        snprintf(left, sizeof left, "%s%s%s", verb->name, verb->arguments[0] != '\0' ? " " : "",
                 verb->arguments);
        entry(out, left, verb->sentence);
    }
}

void pln_help_all(FILE *out)
{
    fputs(
        "usage: pln [--dir DIR] VERB ...\n\n"
        "Talks to plnd, the daemon of a peer learning network, that runs in DIR.\n\n",
        out);
    heading(out, "Verbs");
    print_verbs(out, NULL);
    fputc('\n', out);
    heading(out, "Options of every verb");
    print_flags(out, pln_flags_global);
    fputc('\n', out);
    heading(out, "Kinds of records (pln help KIND lists the fields)");
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        if (kind->fields != NULL) {
            entry(out, kind->name, kind->help);
        }
    }
    fputs(
        "\nDIR is $PLN_DIR, else $XDG_DATA_HOME/pln, else ~/.local/share/pln.\n"
        "Exit status: 0 done, 1 could not, 2 wrong usage, 69 no daemon there.\n\n"
        "Example:\n  pln --dir ~/pln list --kind task --since 7d\n",
        out);
}

void pln_help_noun(FILE *out, const char *noun)
{
    fprintf(out, "usage: pln %s VERB ...\n\n", noun);
    print_verbs(out, noun);
    fprintf(out, "\nMore: pln %s VERB --help\n", noun);
}

void pln_help_verb(FILE *out, const pln_verb_t *verb)
{
    fprintf(out, "usage: pln %s%s%s%s\n\n", verb->name,
            verb->flags->name != NULL ? " [options]" : "", verb->arguments[0] != '\0' ? " " : "",
            verb->arguments);
    char sentence[256];
    snprintf(sentence, sizeof sentence, "%s.", verb->sentence);
    wrap(out, sentence, 0, 0);
    if (verb->more[0] != '\0') {
        wrap(out, verb->more, 0, 0);
    }
    fputc('\n', out);
    print_flags(out, verb->flags);
    print_flags(out, pln_flags_global);
    fputs("\nExample:\n", out);
    for (const char *line = verb->example; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        fprintf(out, "  %.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
}

/* ---- roff ---- */

/** Text of a manual page: what roff would take for a command or an escape is protected. */
static void roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'') {
        fputs("\\&", out);
    }
    for (; *text != '\0'; text++) {
        switch (*text) {
            case '\\':
                fputs("\\e", out);
                break;
            case '-':
                fputs("\\-", out);
                break;
            case '\n':
                fputs("\n.br\n", out);
                break;
            default:
                fputc(*text, out);
                break;
        }
    }
}

static void roff_flags(FILE *out, const pln_flag_t *flags)
{
    for (; flags->name != NULL; flags++) {
        char left[80];
        if (flags->sentence[0] != '\0') {
            flag_left(flags, left, sizeof left);
            fputs(".TP\n\\fB", out);
            roff(out, left);
            fputs("\\fR\n", out);
            roff(out, flags->sentence);
            fputs(".\n", out);
        }
    }
}

static void roff_verb(FILE *out, const pln_verb_t *verb)
{
    fputs(".SS pln ", out);
    roff(out, verb->name);
    fputc(' ', out);
    roff(out, verb->arguments);
    fputc('\n', out);
    roff(out, verb->sentence);
    fputs(".\n", out);
    if (verb->more[0] != '\0') {
        roff(out, verb->more);
        fputc('\n', out);
    }
    roff_flags(out, verb->flags);
    fputs(".PP\nExample:\n.PP\n.nf\n", out);
    for (const char *line = verb->example; *line != '\0';) {
        char copy[256];
        size_t size = strcspn(line, "\n");
        snprintf(copy, sizeof copy, "    %.*s", (int)size, line);
        roff(out, copy);
        fputc('\n', out);
        line += size + (line[size] == '\n');
    }
    fputs(".fi\n", out);
}

static void roff_kinds(FILE *out)
{
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        if (kind->fields != NULL) {
            fprintf(out, ".TP\n\\fB%s\\fR\n", kind->name);
            roff(out, kind->help);
            fputs(".\n", out);
        }
    }
}

void pln_help_manual(FILE *out)
{
    fputs(
        ".\\\" SPDX-License-Identifier: MPL-2.0\n"
        ".TH PLN 1 \"\" \"pln\" \"Peer learning network\"\n"
        ".SH NAME\npln \\- publish, read and share in a peer learning network\n"
        ".SH SYNOPSIS\n.B pln\n.RB [ \\-\\-dir\n.IR DIR ]\n.I VERB\n.RI [ options ]\n"
        ".SH DESCRIPTION\nAsks\n.BR plnd (8),\nthe daemon that runs in\n.IR DIR ,\n"
        "over its socket\n.IR DIR /plnd.sock;\nwho may open that file may do everything.\n"
        "Answers go to standard output, explanations to standard error; both are UTF\\-8\n"
        "whatever the locale. Nothing is ever asked when standard input is no terminal.\n"
        ".SH OPTIONS\n",
        out);
    roff_flags(out, pln_flags_global);
    fputs(".SH VERBS\n", out);
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        roff_verb(out, verb);
    }
    fputs(".SH KINDS\n", out);
    roff_kinds(out);
    fputs(
        ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nCould not; the reason is one sentence "
        "with the remedy.\n.TP\n.B 2\nWrong usage.\n.TP\n.B 69\nNo daemon at that place.\n"
        ".SH ENVIRONMENT\n.TP\n.B PLN_DIR\nThe daemon's folder. Without it\n"
        ".IR $XDG_DATA_HOME/pln ,\nelse\n.IR ~/.local/share/pln .\n"
        ".TP\n.B NO_COLOR\nNo colour, also on a terminal.\n"
        ".SH SEE ALSO\n.BR plnd (8),\n.BR plnd.conf (5)\n",
        out);
}
