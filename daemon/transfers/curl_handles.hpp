// Owners of libcurl's handles, and its one global initialisation. For the files of daemon/transfers only.
#pragma once

#include <memory>

#include <curl/curl.h>

namespace inboxd::transfers {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using UrlHandle = std::unique_ptr<CURLU, FreeWith<curl_url_cleanup>>;
using EasyHandle = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, FreeWith<curl_multi_cleanup>>;
using ShareHandle = std::unique_ptr<CURLSH, FreeWith<curl_share_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;
using MimeHandle = std::unique_ptr<curl_mime, FreeWith<curl_mime_free>>;

/// libcurl counts initialisations; this build's libcurl makes them safe from any thread.
class CurlLibrary {
 public:
  CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlLibrary() { curl_global_cleanup(); }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
};

}  // namespace inboxd::transfers
