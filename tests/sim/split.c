// SPDX-License-Identifier: MPL-2.0
#include "split.h"

split_t split_new(uint64_t seed, size_t common, size_t author_adds, size_t copy_adds)
{
    split_t split = {.story = story_begin(seed, false)};
    story_t *story = &split.story;
    split.p = story_member(story, "p");
    split.author = story_member(story, "author");
    if (common > 0) {
        story_publish(story, split.author, common, 100);
    }
    story_converges(story, 60000);
    story_run(story, 15000);
    world_crash(split.author);
    split.copy = world_clone(split.author, "copy");
    world_apart(split.p, story->root, true);
    world_apart(split.copy, story->root, true);
    world_peer_add(split.p, split.author);  // so that p lets the copy in, and knows of it
    world_start(split.author);
    world_apart(split.author, split.p, true);
    story_publish(story, split.author, author_adds, 100);
    story_run(story, 10000);
    world_start(split.copy);
    world_peer_add(split.copy, split.p);
    story_publish(story, split.copy, copy_adds, 100);
    story_run(story, 10000);
    return split;
}

void split_meet(split_t *split)
{
    world_apart(split->p, split->story.root, false);
}
