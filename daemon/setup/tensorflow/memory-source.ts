/**
 * A small module that gives TensorFlow memory for its large results on the CPU. TensorFlow allocates every result
 * anew and frees it soon; the C library gets each of them from the kernel, page by page, and gives it back. Here the
 * pages of a result that was freed make up the next one, of whatever size: the kernel moves them to where they are
 * wanted, in one piece. So no page is cleared twice, nothing is fragmented, and the process is never larger than its
 * results at their largest.
 */
export const MEMORY_SOURCE = `
#include <stdlib.h>
#include <sys/mman.h>
#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>
#include <node_api.h>
#include "tensorflow/core/framework/allocator_registry.h"

namespace {

// A huge page: the kernel moves whole tables of small pages, or one huge one.
constexpr size_t PAGE = size_t{2} << 20;
constexpr size_t LARGE = 2 * PAGE;
// Above all of TensorFlow's own.
constexpr int PRIORITY = 1000;

class Pages {
 public:
  void* Take(size_t bytes) {
    const size_t size = (bytes + PAGE - 1) / PAGE * PAGE;
    std::lock_guard<std::mutex> lock(mutex_);
    const auto whole = free_.lower_bound(size);
    if (whole != free_.end()) {
      char* at = Cut(whole, size);
      taken_[at] = {size};
      return at;
    }
    char* at = Reserve(size);
    if (at == nullptr) return nullptr;
    std::vector<size_t>& pieces = taken_[at];
    size_t filled = 0;
    while (filled < size && !free_.empty()) {
      const auto largest = std::prev(free_.end());
      const size_t length = std::min(largest->first, size - filled);
      char* piece = Cut(largest, length);
      if (mremap(piece, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, at + filled) == MAP_FAILED) {
        munmap(piece, length);
        break;
      }
      pieces.push_back(length);
      filled += length;
    }
    // Fresh pages, which come when they are written to.
    if (filled < size) pieces.push_back(size - filled);
    return at;
  }

  bool Give(void* pointer) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto taken = taken_.find(static_cast<char*>(pointer));
    if (taken == taken_.end()) return false;
    char* at = taken->first;
    for (const size_t length : taken->second) {
      free_.emplace(length, at);
      at += length;
    }
    taken_.erase(taken);
    return true;
  }

  // Gives all that is free back to the system.
  void Release() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [length, at] : free_) munmap(at, length);
    free_.clear();
  }

  size_t FreeBytes() {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t sum = 0;
    for (const auto& piece : free_) sum += piece.first;
    return sum;
  }

 private:
  using Free = std::multimap<size_t, char*>;

  char* Cut(Free::iterator piece, size_t length) {
    const auto [size, at] = *piece;
    free_.erase(piece);
    if (size > length) free_.emplace(size - length, at + length);
    return at;
  }

  static char* Reserve(size_t size) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* mapped = mmap(nullptr, size + PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    char* begin = static_cast<char*>(mapped);
    const size_t before = (PAGE - reinterpret_cast<size_t>(begin) % PAGE) % PAGE;
    if (before > 0) munmap(begin, before);
    char* at = begin + before;
    munmap(at + size, PAGE - before);
    madvise(at, size, MADV_HUGEPAGE);
    return at;
  }

  std::mutex mutex_;
  // Free pieces by their bytes, and the bytes of those that each result is made of.
  Free free_;
  std::unordered_map<char*, std::vector<size_t>> taken_;
};

// For the life of the process: TensorFlow frees to its very end.
Pages& AllPages() {
  static Pages* pages = new Pages;
  return *pages;
}

void* Take(size_t alignment, size_t bytes) {
  if (bytes >= LARGE) return AllPages().Take(bytes);
  const size_t least = std::max(alignment, sizeof(void*));
  return aligned_alloc(least, (bytes + least - 1) / least * least);
}

void Give(void* at) {
  if (reinterpret_cast<size_t>(at) % PAGE != 0 || !AllPages().Give(at)) free(at);
}

class PageAllocator : public tensorflow::Allocator {
 public:
  std::string Name() override { return "pages"; }
  void* AllocateRaw(size_t alignment, size_t bytes) override { return Take(alignment, bytes); }
  void DeallocateRaw(void* at) override { Give(at); }
};

class PageSubAllocator : public tensorflow::SubAllocator {
 public:
  PageSubAllocator() : SubAllocator({}, {}) {}
  void* Alloc(size_t alignment, size_t bytes, size_t* received) override {
    *received = bytes;
    return Take(alignment, bytes);
  }
  void Free(void* at, size_t) override { Give(at); }
  bool SupportsCoalescing() const override { return false; }
};

class PageAllocatorFactory : public tensorflow::AllocatorFactory {
 public:
  tensorflow::Allocator* CreateAllocator() override { return new PageAllocator; }
  tensorflow::SubAllocator* CreateSubAllocator(int) override { return new PageSubAllocator; }
};

napi_value Release(napi_env, napi_callback_info) {
  AllPages().Release();
  return nullptr;
}

napi_value FreeBytes(napi_env env, napi_callback_info) {
  napi_value bytes;
  napi_create_double(env, static_cast<double>(AllPages().FreeBytes()), &bytes);
  return bytes;
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback call) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &value);
  napi_set_named_property(env, exports, name, value);
}

}  // namespace

NAPI_MODULE_INIT() {
  static bool is_registered = false;
  if (!is_registered) {
    is_registered = true;
    auto* registry = tensorflow::AllocatorFactoryRegistry::singleton();
    registry->Register(__FILE__, __LINE__, "pages", PRIORITY, new PageAllocatorFactory);
  }
  Export(env, exports, "release", Release);
  Export(env, exports, "freeBytes", FreeBytes);
  return exports;
}
`;
