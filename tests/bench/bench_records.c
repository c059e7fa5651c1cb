// SPDX-License-Identifier: MPL-2.0
// bench_records [--count N] [--seed S] [--kind task|lesson] [--first N]: distinct records of about
// 1 KB as NDJSON, the same for the same seed, for benchmarks that need a million of them.
//
// They are what the dictionary is judged on. So nothing here may be shared with the corpus it was
// made from: other topics, other sentences, other voices. A record is one subject (a block of
// nouns) told by one voice of several for each part of a task.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define RECORD_MAX 8192

/** What a task is about; the words that its sentences need. */
typedef struct {
    const char *thing;    /**< "the culvert under Mill Road" */
    const char *short_of; /**< "culvert" */
    const char *measure;  /**< "the depth of the pool" */
    const char *client;   /**< "the highway superintendent" */
    const char *subject;
    const char *code;
    const char *kit;
    const char *stakes; /**< a clause: why anybody cares */
} topic_t;

static const topic_t topics[] = {
    {"the culvert under Mill Road", "culvert", "the depth of the scour hole", "the road agent",
     "Civil Engineering", "HS-ESS2-5", "Tape measures, waders, a float and a stopwatch",
     "last April the brook went over the pavement and closed the bus route"},
    {"a honeybee colony kept on the library roof", "hive", "the weight of the frames",
     "the apiary club", "Agricultural Science", "HS-LS2-6",
     "Veils, a hive scale, sugar syrup and sampling jars",
     "two of the three colonies did not come through the winter"},
    {"the wind above the ball field", "turbine", "gusts at ten meters", "the energy committee",
     "Physics", "HS-PS3-3", "A logging anemometer, a mast, blades cut from PVC pipe",
     "the electric bill of the ice arena doubled in two seasons"},
    {"quilt blocks sewn by our grandmothers", "quilt", "the angles of each patch",
     "the historical society", "Geometry", "HSG.CO.A.5",
     "Fabric scraps, templates, pins and mirrors",
     "nobody has written down how the old patterns were laid out"},
    {"the number 14 bus", "bus", "the minutes between arrivals", "the transit authority",
     "Statistics", "HSS.ID.B.6", "Timetables, a route map and tally sheets",
     "riders say that it is late whenever it rains"},
    {"the zebra mussels at the boat launch", "mussel", "shells per square foot",
     "the lake association", "Ecology", "MS-LS2-4", "Scrub brushes, buckets, quadrats and vinegar",
     "a single trailer can carry them to the next watershed"},
    {"a mural for the underpass", "mural", "the proportions of the wall", "the neighborhood league",
     "Studio Art", "VA:Cr3.1.IIa", "Chalk lines, exterior latex, rollers and scaffolding",
     "families walk through it in the dark on the way to the laundromat"},
    {"the tides in the harbor", "tide", "high water each day", "the harbormaster", "Oceanography",
     "HS-ESS1-4", "Tide tables, a gauge painted on a piling",
     "the lobster boats can cross the bar only four hours out of twelve"},
    {"an earthquake shake table", "tower", "sway at the top story", "a seismic review board",
     "Engineering Design", "HS-ETS1-3", "Balsa strips, hot glue, springs and an accelerometer",
     "the old brick firehouse has never been braced"},
    {"the cafeteria's compost", "compost", "pounds of scraps", "the head custodian",
     "Environmental Studies", "MS-ESS3-3", "Bins, a hanging scale, probes and wood chips",
     "hauling the trash costs more than the milk we pour away"},
    {"a radio drama from the Dust Bowl", "script", "the length of each scene", "station WKTN",
     "Drama", "TH:Cr2.1.I", "Microphones, gravel trays, a thunder sheet",
     "few listeners under thirty have heard of the black blizzards"},
    {"the apple orchard on Hubbard Hill", "orchard", "blossom dates since 1961",
     "the Hubbard family", "Climate Science", "HS-ESS3-5",
     "Ledgers, calendars and a weather archive",
     "a warm March followed by frost ruined half of the crop"},
    {"a loan for the dairy cooperative", "loan", "the balance after each payment",
     "the credit union", "Consumer Mathematics", "HSA.SSE.B.4",
     "Amortization tables and a calculator", "three barns were sold at auction this year"},
    {"sign language at the front desk", "phrase list", "how many visitors were understood",
     "the hospital's volunteers", "World Languages", "ACTFL 2.1", "Flash cards and a webcam",
     "deaf patients have waited an hour for an interpreter"},
    {"the treaty of 1794", "treaty", "the boundary described in article two",
     "the tribal cultural center", "United States History", "D2.His.11.9-12",
     "Facsimiles, a plat map and a magnifier",
     "the calico cloth promised in it is still delivered each year"},
    {"bread for the food pantry", "loaf", "the rise of the dough in an hour", "the pantry's cook",
     "Food Science", "FCS 8.5.4", "Flour, yeast, salt, proofing boxes and thermometers",
     "forty families asked for bread last Friday and there were nine loaves"},
    {"an all-terrain wheelchair", "wheelchair", "the force needed on a slope",
     "the adaptive sports program", "Mechanical Engineering", "MS-PS2-2",
     "Bicycle wheels, a spring scale, plywood ramps",
     "one of our skiers cannot reach the trailhead by herself"},
    {"the sounds of a vernal pool", "recording", "calls per minute after dusk",
     "the amphibian survey", "Field Biology", "MS-LS1-4", "Recorders, headlamps and species cards",
     "the pool lies where a parking lot is planned"},
    {"the songs of the railroad camps", "song", "the beats in a verse", "the folklife archive",
     "Music", "MU:Re7.2.8", "Field recordings, drums and a transcription sheet",
     "the tapes are crumbling faster than they can be copied"},
    {"the vaccination clinic's waiting line", "queue", "the wait at each station",
     "the county nurse", "Discrete Mathematics", "MP.4", "Stopwatches, colored tickets, dice",
     "elders stood outside in the sleet in October"},
    {"the night sky over the quarry", "sky meter", "magnitudes per square arcsecond",
     "the planning board", "Astronomy", "HS-PS4-5", "A sky quality meter, red flashlights",
     "a new warehouse wants lights that burn until dawn"},
    {"a chess ladder for the after-school club", "ladder", "wins against expectation",
     "the recreation department", "Computer Programming", "3A-DA-11", "Laptops and a score archive",
     "beginners quit because they always face the same two champions"},
    {"the zoning map of Front Street", "zoning map", "setbacks from the sidewalk",
     "the town meeting", "Civics", "D2.Civ.13.9-12", "Parcel maps, bylaws and tracing film",
     "the shoe factory has stood empty for eleven years"},
    {"an old sugarhouse and its steam", "evaporator", "gallons of sap per gallon of syrup",
     "the forestry teacher", "Chemistry", "HS-PS1-3", "Hydrometers, pans and cordwood",
     "boiling all night burns four cords of maple"},
};

/* Each part has several voices. %T thing, %S short, %M measure, %C client, %K kit, %W stakes, %n a
 * number from 2 to 9, %N from 10 to 98. */

static const char *const titles[] = {
    "What should we tell %C about %T?",
    "Second look: %T",
    "Case file %N: %T",
    "%T, measured and explained",
    "Hearing on %T",
    "Fix it or leave it? The %S question",
    "A report to %C",
    "Thinking like an expert: the %S",
};

static const char *const purposes[] = {
    "Learners gather first-hand observations, argue from them, and own up to what remains "
    "doubtful.",
    "Shows whether a learner can carry a messy local question from curiosity to a defensible "
    "answer.",
    "We use this at the close of the quarter, once learners have practiced each piece separately.",
    "Gives two teachers who have never met the learner enough to agree on a level.",
    "Checks transfer: the setting is new, while the ideas come straight out of the unit.",
    "Intended for mixed-age advisory groups; the individual memo alone counts toward the grade.",
};

static const char *const openings[] = {
    "Last week %C called our school: %W. They want help from people who will look closely.",
    "Here is a puzzle from around the corner: %T. What worries %C is that %W.",
    "Nobody has an answer yet about %T. What we do know is that %W.",
    "Read the clipping on your desk. It says that %W. Your firm was hired by %C.",
    "Imagine sitting on a board with %n neighbors. One item is on the agenda: %T. Last time, %W.",
    "You have been appointed junior consultant to %C. The trouble began when %W.",
};

static const char *const middles[] = {
    "Visit the site twice, log %M, and sketch what you notice. Pool your numbers with another crew "
    "and settle any disagreement by going back.",
    "Decide together how to capture %M without fooling yourselves. Take no fewer than %N readings, "
    "throw none away, and mark the ones you distrust.",
    "Interview two residents who disagree. Boil down each side to three sentences that they would "
    "sign, then hold those sentences up against %M.",
    "Sort the folder of clippings, letters and spreadsheets. Flag what is hearsay. Build one "
    "timeline, and place %M along it.",
    "Rough out %n versions of the %S, predict how each will behave, and put the boldest one "
    "through "
    "a trial while a classmate films.",
    "Estimate %M on the back of an envelope first. Afterwards work it out properly and account for "
    "the gap between guess and outcome.",
    "Set up a spreadsheet that tracks %M day by day; chart it, fit a trend, and say how far beyond "
    "the last point you would dare to go.",
};

static const char *const endings[] = {
    "Finish with a one-page memo for %C: your advice, its price, whom it might hurt, and what "
    "would "
    "change your mind.",
    "Close by recording a four-minute briefing. Someone skeptical must be able to retrace every "
    "step from your log to your verdict.",
    "Hand in the log, a labeled figure, and a letter that a busy person can grasp in ninety "
    "seconds.",
    "Stand up before a panel of %n adults, take their questions cold, and post your corrections on "
    "the hallway board by Friday.",
    "Write it twice: once for specialists with all figures, once for the family dinner table. Keep "
    "both honest.",
};

static const char *const kits[] = {
    "%K. Boots if it has rained.",
    "%K; clipboards for every pair",
    "%K, plus the shared laptop cart",
    "%K (the science office lends %n sets)",
};

static const char *const rubrics[] = {
    "**Evidence** 4: several independent lines, weighed against one another; 3: enough to settle "
    "the "
    "matter; 2: thin or one-sided; 1: asserted only.\\n**Reasoning** 4: anticipates rival stories; "
    "3: "
    "holds together; 2: has a gap; 1: hard to follow.",
    "| Strand | Expert | Ready | Nearly | Not yet |\\n|---|---|---|---|---|\\n| Inquiry | refines "
    "the "
    "question midway | asks something answerable | vague | copied |\\n| Precision | error bars "
    "with a "
    "rationale | careful readings | careless in places | numbers missing |",
    "Score holistically. A 3 would satisfy %C; a 4 would impress them; a 2 needs another "
    "afternoon; a "
    "1 has to start over with coaching.",
    "Must-haves: raw log, figure with axes, advice tied to data. Each stretch goal (cost, "
    "fairness, "
    "second method) lifts the mark by half a level, up to Distinguished.",
    "Accuracy of %M (0-4), soundness of the argument (0-4), craft of the %S (0-4), courtesy (0-2).",
};

static const char *const grades[] = {"[\"9-12\"]", "[\"6-8\"]",      "[\"11\",\"12\"]",
                                     "[\"7\"]",    "[\"5\",\"6\"]",  "[\"10\"]",
                                     "[\"8-10\"]", "[\"9\",\"10\"]", "[\"3-5\"]"};
static const char *const licenses[] = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CC-BY-NC-4.0"};
static const char *const uses[] = {"formative", "interim", "summative"};
static const char *const states[] = {"draft", "piloted", "vetted", "operational", "released"};
static const char *const strands[] = {"Reasoning quantitatively", "Listening across difference",
                                      "Craftsmanship", "Stewardship of place",
                                      "Speaking in public"};

static const char *const results[] = {
    "%N of our sophomores finished the %S project on time, and %C put one memo on its agenda.",
    "Scores on the %S task rose by %n tenths of a level; absences on work days fell by half.",
    "Every crew measured %M, yet only %n crews could say what the figures meant.",
};
static const char *const challenges[] = {
    "We lost a week because the permission slips for %T were filed under the wrong date.",
    "Pairs raced ahead while trios bickered, and whoever held the clipboard did the thinking.",
    "Two colleagues graded neatness; their marks on the %S drifted a full level above ours.",
};
static const char *const advice[] = {
    "Book %C in August, rehearse the visit with aides, and do one dry run before snow falls.",
    "Hand each learner a role card, swap roles at half-time, and collect the log before the bell.",
    "Seal %n borderline memos in an envelope and open it at every scoring break.",
};

static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/** The record under construction; JSON text, escapes are in the tables. */
typedef struct {
    char text[RECORD_MAX];
    size_t size;
    uint64_t random;
    const topic_t *topic;
} page_t;

static uint64_t below(page_t *page, uint64_t bound)
{
    return mix(&page->random) % bound;
}

static void put_bytes(page_t *page, const char *text, size_t size)
{
    if (page->size + size < sizeof page->text) {
        memcpy(page->text + page->size, text, size);
        page->size += size;
    }
}

static void put(page_t *page, const char *text)
{
    put_bytes(page, text, strlen(text));
}

static void put_number(page_t *page, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    put(page, text);
}

static void put_slot(page_t *page, char slot)
{
    const topic_t *topic = page->topic;
    switch (slot) {
        case 'T':
            put(page, topic->thing);
            break;
        case 'S':
            put(page, topic->short_of);
            break;
        case 'M':
            put(page, topic->measure);
            break;
        case 'C':
            put(page, topic->client);
            break;
        case 'K':
            put(page, topic->kit);
            break;
        case 'W':
            put(page, topic->stakes);
            break;
        case 'n':
            put_number(page, 2 + below(page, 8));
            break;
        default:
            put_number(page, 10 + below(page, 89));
            break;
    }
}

/** One voice of @voices with its slots filled, its first letter a capital. */
static void tell(page_t *page, const char *const *voices, size_t count)
{
    size_t start = page->size;
    const char *at = voices[below(page, count)];
    for (const char *slot; (slot = strchr(at, '%')) != NULL; at = slot + 2) {
        put_bytes(page, at, (size_t)(slot - at));
        put_slot(page, slot[1]);
    }
    put(page, at);
    if (page->text[start] >= 'a' && page->text[start] <= 'z') {
        page->text[start] = (char)(page->text[start] - 'a' + 'A');
    }
}

#define TELL(page, voices) tell(page, voices, COUNT(voices))
#define PICK(page, words) (words)[below(page, COUNT(words))]

static void write_task(page_t *page, uint64_t number)
{
    size_t first = below(page, COUNT(middles));
    put(page, "{\"kind\":\"task\",\"fields\":{\"title\":\"");
    TELL(page, titles);
    put(page, "\",\"purpose\":\"");
    TELL(page, purposes);
    put(page, "\",\"prompt\":\"");
    TELL(page, openings);
    put(page, " ");
    tell(page, &middles[first], 1);
    if (below(page, 3) == 0) {
        put(page, " ");
        tell(page, &middles[(first + 1) % COUNT(middles)], 1);
    }
    put(page, " ");
    TELL(page, endings);
    put(page, "\",\"materials\":\"");
    TELL(page, kits);
    put(page, "\",\"rubric\":\"");
    TELL(page, rubrics);
    put(page, "\",\"grades\":");
    put(page, PICK(page, grades));
    put(page, ",\"subjects\":[\"");
    put(page, page->topic->subject);
    put(page, "\"],\"competencies\":[\"");
    put(page, page->topic->code);
    put(page, "\",\"");
    put(page, PICK(page, strands));
    // The local code has the number in it: no two records are alike.
    put(page, "\",\"Local ");
    put_number(page, number);
    put(page, "\"],\"minutes\":");
    put_number(page, 15 * (2 + below(page, 30)));
    put(page, ",\"dok\":");
    put_number(page, 2 + below(page, 3));
    put(page, ",\"use\":\"");
    put(page, PICK(page, uses));
    put(page, "\",\"state\":\"");
    put(page, PICK(page, states));
    put(page, "\",\"license\":\"");
    put(page, PICK(page, licenses));
    put(page, "\"}}\n");
}

static void write_lesson(page_t *page, uint64_t number)
{
    put(page, "{\"kind\":\"lesson\",\"fields\":{\"title\":\"");
    TELL(page, titles);
    put(page, " (");
    put_number(page, number);
    put(page, ")\",\"result\":\"");
    TELL(page, results);
    put(page, " ");
    TELL(page, purposes);
    put(page, "\",\"challenge\":\"");
    TELL(page, challenges);
    put(page, " ");
    TELL(page, openings);
    put(page, "\",\"lesson\":\"");
    TELL(page, advice);
    put(page, " ");
    TELL(page, endings);
    put(page, "\",\"context\":\"");
    put(page, page->topic->subject);
    put(page, "; ");
    TELL(page, kits);
    put(page, "\"}}\n");
}

static void usage(void)
{
    fputs("usage: bench_records [--count N] [--seed S] [--first N] [--kind task|lesson]\n", stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    uint64_t count = 1000, seed = 1, first = 0;
    bool lesson = false;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) {
            usage();
        } else if (strcmp(argv[i], "--count") == 0) {
            count = strtoull(argv[i + 1], NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(argv[i + 1], NULL, 0);
        } else if (strcmp(argv[i], "--first") == 0) {
            first = strtoull(argv[i + 1], NULL, 0);
        } else if (strcmp(argv[i], "--kind") == 0 && strcmp(argv[i + 1], "lesson") == 0) {
            lesson = true;
        } else if (strcmp(argv[i], "--kind") != 0 || strcmp(argv[i + 1], "task") != 0) {
            usage();
        }
    }
    static page_t page;
    for (uint64_t number = first; number < first + count; number++) {
        page.size = 0;
        // Each record has its own stream, so that a part of the whole can be made alone.
        page.random = seed * UINT64_C(0xd1342543de82ef95) + number * UINT64_C(0x2545f4914f6cdd1d);
        page.topic = &PICK(&page, topics);
        if (lesson) {
            write_lesson(&page, number);
        } else {
            write_task(&page, number);
        }
        if (fwrite(page.text, 1, page.size, stdout) != page.size) {
            perror("bench_records");
            return 1;
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
