package store

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void one_heap(void) { mallopt(M_ARENA_MAX, 1); }
#else
static void one_heap(void) {}
#endif
*/
import "C"

// oneHeap keeps SQLite's memory in one heap. The GNU library makes one for each
// thread that asks at a bad moment, and Go's threads come and go: they were
// 4 MB more, for nothing, since one connection does nearly all the work.
func oneHeap() { C.one_heap() }
