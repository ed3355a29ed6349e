/* SPDX-License-Identifier: MIT */
/* The contract: finding its place in a program, and what makes it whole. */
#include "core/contract.h"

#include <errno.h>

#include "core/str.h"
#include "check.h"

static struct contract good(void)
{
	struct contract contract = { .size = sizeof(contract), .version = CONTRACT_VERSION };

	memcpy(contract.magic, CONTRACT_MAGIC_A CONTRACT_MAGIC_B, sizeof(contract.magic));
	contract.flags = CONTRACT_ENABLED;
	contract.n_trees = 2;
	contract.root_mount_id = 11;
	contract.root_dev = 12;
	contract.root_ino = 13;
	(void)str_copy(contract.enter, sizeof(contract.enter), "/run/busypy.handler/g1/enter");
	for (size_t i = 0; i < 2; i++) {
		struct contract_tree *tree = &contract.trees[i];

		(void)str_copy(tree->path, sizeof(tree->path), i ? "/srv/two" : "/srv/one");
		(void)str_copy(tree->arch, sizeof(tree->arch), "x86_64");
		(void)str_copy(tree->namespace_path, sizeof(tree->namespace_path),
			       "/run/busypy.handler/v");
		tree->mount_id = 20 + i;
		tree->dev = 30 + i;
		tree->ino = 40 + i;
	}
	return contract;
}

#define SPOILED(spoil, what)                             \
	{                                                \
		struct contract c = good();              \
		spoil;                                   \
		CHECK(!contract_valid(&c), "not " what); \
	}

static void test_valid(void)
{
	struct contract contract = good(), with_versions = good();

	CHECK(contract_valid(&contract), "a whole contract");
	(void)str_copy(with_versions.trees[1].path, 64, "/srv/versions/3");
	with_versions.trees[1].versions = 13;
	CHECK(contract_valid(&with_versions), "with a folder of versions");
	SPOILED(c.magic[3] ^= 1, "without its magic");
	SPOILED(c.size++, "of another size");
	SPOILED(c.version++, "of another version");
	SPOILED(c.flags = 0, "as built");
	SPOILED(c.trees[1].versions = 3, "with a folder of versions that is none");
	SPOILED(c.trees[1].versions = 100, "with one that is longer than the path");
	SPOILED((void)str_copy(c.trees[1].path, 64, "/srv/two/3");
		c.trees[1].versions = 8, "with one of another name");
	SPOILED((void)str_copy(c.trees[1].path, 64, "/srv/versions.1/3");
		c.trees[1].versions = 13, "with one that ends within a name");
	SPOILED((void)str_copy(c.trees[1].path, 64, "/srv/versionx/3");
		c.trees[1].versions = 13, "with one that is called otherwise");
	SPOILED(c.n_trees = 0, "without a tree");
	SPOILED(c.n_trees = CONTRACT_TREES_MAX + 1, "with more trees than it has room for");
	SPOILED(memset(c.enter, 'x', sizeof(c.enter)), "with an endless path of enter");
	SPOILED(memset(c.trees[1].path, '/', sizeof(c.trees[1].path)), "with an endless path");
	SPOILED(c.trees[1].path[0] = 'x', "with a relative path");
	SPOILED((void)str_copy(c.trees[1].path, 64, "/srv/../etc"), "with a path that climbs");
	SPOILED(memset(c.trees[1].id, 'x', sizeof(c.trees[1].id)), "with an endless id");
	SPOILED(memset(c.trees[1].arch, 'x', sizeof(c.trees[1].arch)), "with an endless arch");
	SPOILED(memset(c.trees[1].restorer, 'x', sizeof(c.trees[1].restorer)),
		"with an endless path of a restorer");
	SPOILED(memset(c.trees[1].plainly, 'x', sizeof(c.trees[1].plainly)),
		"with an endless reason");
	SPOILED(memset(c.trees[1].namespace_path, 'x', CONTRACT_PATH_MAX), "with endless pins");
	SPOILED(memset(c.trees[1].word, 'x', sizeof(c.trees[1].word)), "with an endless word");
	SPOILED(c.trees[1].namespace_path[0] = '\0', "without a template");
}

static void test_find(void)
{
	static uint8_t program[4 * sizeof(struct contract)];
	struct contract contract = good();
	size_t at = 0;

	CHECK(contract_find(program, sizeof(program), &at) == -ENOENT, "a program without place");
	memcpy(program + 100, &contract, sizeof(contract));
	CHECK(contract_find(program, sizeof(program), &at) == 0 && at == 100, "a program with one");
	CHECK(contract_find(program, 99 + sizeof(contract), &at) == -ENOENT, "a cut program");
	CHECK(contract_find(program, 8, &at) == -ENOENT, "a tiny program");
	memset(program, CONTRACT_MAGIC_A[0], 50);
	memcpy(program + 20, CONTRACT_MAGIC_A, 8);
	CHECK(contract_find(program, sizeof(program), &at) == 0 && at == 100,
	      "bytes that only begin like one");
	memset(program, 0, 50);
	memcpy(program + 200 + sizeof(contract), &contract, sizeof(contract));
	CHECK(contract_find(program, sizeof(program), &at) == -EINVAL, "a program with two");
	memset(program + 200 + sizeof(contract), 0, sizeof(contract));
	contract.size++;
	memcpy(program + 100, &contract, sizeof(contract));
	CHECK(contract_find(program, sizeof(program), &at) == -EPROTO, "of another size");
	contract.size--;
	contract.version++;
	memcpy(program + 100, &contract, sizeof(contract));
	CHECK(contract_find(program, sizeof(program), &at) == -EPROTO, "of another version");
}

static void test_places(void)
{
	struct contract contract = good();
	struct place root = { 11, 12, 13 }, file = { 21, 31, 99 };

	CHECK(contract_root_is(&contract, &root), "the root");
	root.mount_id++;
	CHECK(!contract_root_is(&contract, &root), "the same directory on another mount");
	root = (struct place){ 11, 12, 14 };
	CHECK(!contract_root_is(&contract, &root), "another directory on the same mount");
	root = (struct place){ 11, 13, 13 };
	CHECK(!contract_root_is(&contract, &root), "another device");
	CHECK(contract_tree_of(&contract, "/srv/two/bin/x", &file, true) == &contract.trees[1],
	      "a script of the second tree");
	CHECK(!contract_tree_of(&contract, "/srv/two", &file, true), "the tree itself is none");
	CHECK(!contract_tree_of(&contract, "/srv/twofold", &file, true), "nor is its neighbour");
	CHECK(!contract_tree_of(&contract, "/srv/one/x", &file, true), "nor another tree's place");
	file = (struct place){ 77, 31, 99 };
	CHECK(!contract_tree_of(&contract, "/srv/two/x", &file, true), "nor another mount's file");
	CHECK(contract_tree_of(&contract, "/srv/two/x", &file, false) == &contract.trees[1],
	      "but by device, where mounts are others");
	file.dev = 77;
	CHECK(!contract_tree_of(&contract, "/srv/two/x", &file, false), "not by path alone");
}

static void test_pins(void)
{
	struct contract_tree tree = { .path = "/srv/e/versions/1", .versions = 15 };
	char pinned[64] = "";

	CHECK(contract_pin(&tree, "/srv/e/current/bin/x", pinned, sizeof(pinned)) == 0,
	      "a path by current");
	CHECK_TEXT(pinned, "/srv/e/versions/1/bin/x", "is one in the version");
	CHECK(contract_pin(&tree, "/srv/e/versions/1/bin/x", pinned, 64) == -ENOENT &&
		      contract_pin(&tree, "/srv/e/versions/2/bin/x", pinned, 64) == -ENOENT,
	      "a path in a version is one already");
	CHECK(contract_pin(&tree, "/srv/e/x", pinned, 64) == -ENOENT &&
		      contract_pin(&tree, "/srv/e//x", pinned, 64) == -ENOENT &&
		      contract_pin(&tree, "/srv/else/current/bin/x", pinned, 64) == -ENOENT &&
		      contract_pin(&tree, "current/bin/x", pinned, 64) == -ENOENT,
	      "and other paths are not by the export");
	CHECK(contract_pin(&tree, "/srv/e/current/bin/x", pinned, 20) == -E2BIG, "too long");
	tree.versions = 0;
	CHECK(contract_pin(&tree, "/srv/e/current/bin/x", pinned, 64) == -ENOENT,
	      "a tree without versions");
}

static void test_links(void)
{
	struct contract contract = {
		.n_trees = 2,
		.trees = { { .path = "/srv/tree" },
			   { .path = "/srv/e/versions/1", .versions = 15 } },
	};
	size_t export = 0, link = 0;

	CHECK(contract_by_link(&contract, "/srv/e/current/bin/x", &export, &link) && export == 7 &&
		      link == 14,
	      "a path by a link: the export, and the link");
	CHECK(!contract_by_link(&contract, "/srv/e/versions/2/x", &export, &link) &&
		      !contract_by_link(&contract, "/srv/e/current", &export, &link) &&
		      !contract_by_link(&contract, "/srv/e//x", &export, &link) &&
		      !contract_by_link(&contract, "/srv/eel/current/x", &export, &link) &&
		      !contract_by_link(&contract, "/srv/tree/bin/x", &export, &link) &&
		      !contract_by_link(&contract, "current/bin/x", &export, &link),
	      "and none");
	CHECK(export == 7 && link == 14, "which writes nothing");
}

static void test_siblings(void)
{
	char path[CONTRACT_PATH_MAX + 64] = "/srv/e/versions/3x";
	struct contract contract = good();
	struct contract_tree sibling;

	CHECK(contract_covers(&contract, "/srv/one/bin/x"), "a path in a tree");
	CHECK(!contract_covers(&contract, "/srv/three/bin/x"), "a path beside it");
	CHECK(!contract_sibling(&contract, "/srv/three/bin/x", &sibling), "which is no version");
	(void)str_copy(contract.trees[1].path, 64, "/srv/e/versions/2");
	contract.trees[1].versions = 15;
	contract.trees[1].namespace_ino = 9;
	(void)str_copy(contract.trees[1].restorer, 64, "/var/cache/busypy/start/x/python3");
	CHECK(contract_covers(&contract, "/srv/e/versions/3/bin/x"), "another version");
	CHECK(!contract_covers(&contract, "/srv/e/versions"), "the folder itself is none");
	CHECK(!contract_covers(&contract, "/srv/e/versionsX/3/x"), "nor its neighbour");
	CHECK(contract_sibling(&contract, "/srv/e/versions/3/bin/x", &sibling) ==
		      &contract.trees[1],
	      "and which one is known");
	CHECK(str_eq(sibling.path, "/srv/e/versions/3") && str_eq(sibling.id, "3") &&
		      str_eq(sibling.arch, "x86_64") && !sibling.namespace_ino &&
		      !sibling.namespace_path[0] && !sibling.restorer[0] && sibling.dev == 31,
	      "with what they have in common, no template, and no image of the other's Python");
	CHECK(!contract_sibling(&contract, "/srv/e/versions/file", &sibling),
	      "a file between the versions");
	memset(path + 18, 'x', sizeof(path) - 21);
	memcpy(path + sizeof(path) - 4, "/x", 3);
	CHECK(!contract_sibling(&contract, path, &sibling), "a version that no contract holds");
	memcpy(path + 16 + sizeof(sibling.id), "/x", 3);
	CHECK(!contract_sibling(&contract, path, &sibling), "nor one whose id is too long");
}

static void test_programs(void)
{
	struct contract contract = good();
	struct contract_file file = { 1, 2, 3 };

	CHECK(!contract_knows_program(&contract, &file), "a program that nobody knows");
	contract.env = file;
	CHECK(contract_knows_program(&contract, &file), "the host's env");
	contract.env.ino++;
	contract.program = file;
	CHECK(contract_knows_program(&contract, &file), "the host's interpreter");
	file.changed++;
	CHECK(!contract_knows_program(&contract, &file), "which has changed since");
	file = (struct contract_file){ 9, 2, 3 };
	CHECK(!contract_knows_program(&contract, &file), "or is on another device");
	contract.trees[1].program = file;
	CHECK(contract_knows_program(&contract, &file), "a tree's interpreter");
	contract.n_trees = 1;
	CHECK(!contract_knows_program(&contract, &file), "of a tree that is in the contract");
}

static void test_starting(void)
{
	struct contract contract = good();
	struct contract_file program = { 1, 2, 3 }, root = { 7, 8, 9 }, other = { 7, 9, 9 };
	struct contract_tree *one = &contract.trees[0], *two = &contract.trees[1];

	one->program = two->program = program;
	one->view_dev = two->view_dev = 7;
	one->view_ino = 9;
	two->view_ino = 8;
	CHECK(!contract_starting(&contract, &program, NULL), "no tree has images");
	(void)str_copy(one->restorer, sizeof(one->restorer), "/r");
	(void)str_copy(two->restorer, sizeof(two->restorer), "/r");
	CHECK(contract_starting(&contract, &program, NULL) == one, "some view");
	CHECK(contract_starting(&contract, &program, &root) == two, "the view of this root");
	CHECK(contract_starting(&contract, &program, &other) == one, "and of that, by one program");
	root.dev++;
	CHECK(!contract_starting(&contract, &program, &root), "a root of nobody's view");
	root.dev--;
	program.changed++;
	CHECK(!contract_starting(&contract, &program, &root), "another interpreter there");
	program.changed--;
	two->view_ino = root.ino = 0;
	CHECK(!contract_starting(&contract, &program, &root), "a tree without a view");
}

static void test_names(void)
{
	struct contract contract = good();
	struct contract_tree *tree = contract.trees;

	CHECK(contract_is_python(tree, "/usr/bin/python3"), "python3");
	CHECK(!contract_is_python(tree, "/usr/bin/python3.11"), "a number that is not known");
	(void)str_copy(tree->minor, sizeof(tree->minor), ".11");
	CHECK(contract_is_python(tree, "/usr/bin/python3"), "python3, where it is");
	CHECK(contract_is_python(tree, "/usr/bin/python3.11"), "by its number");
	CHECK(!contract_is_python(tree, "/usr/bin/python3.1"), "another number");
	CHECK(!contract_is_python(tree, "/usr/bin/python3.111"), "a longer one");
	CHECK(!contract_is_python(tree, "/bin/python3.11"), "another path");
	memset(tree->minor, 'x', sizeof(tree->minor));
	CHECK(!contract_valid(&contract), "a number without an end");
}

int main(void)
{
	test_valid();
	test_programs();
	test_starting();
	test_names();
	test_links();
	test_siblings();
	test_pins();
	test_find();
	test_places();
	{
		struct contract_tree tree = { .mount_id = 1, .dev = 2, .ino = 3 };

		CHECK(contract_tree_is(&tree, &(struct place){ 9, 2, 3 }), "on any mount");
		CHECK(!contract_tree_is(&tree, &(struct place){ 1, 9, 3 }),
		      "not of another device");
		CHECK(!contract_tree_is(&tree, &(struct place){ 1, 2, 9 }), "not another inode");
	}
	return done();
}
