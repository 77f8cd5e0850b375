#pragma once

#include <memory>
#include <string>

#include "services/gateway/calls/peers.h"
#include "services/gateway/front/facts.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/transcode/uri.h"

// The content of documents, streamed both ways: never held in memory as a whole.
namespace jointly::gateway {

struct DocumentParts {
  Target target;
  Peer* peer = nullptr;  // Mobility; null: not configured.
  IdSource* ids = nullptr;
  std::size_t bytes_max = 0;
};

// POST /v1/applications/{a}/documents?kind=...&fileName=...: the raw bytes.
std::unique_ptr<Exchange> NewUpload(RequestFacts facts, DocumentParts parts);
// GET /v1/applications/{a}/documents/{d}:download
std::unique_ptr<Exchange> NewDownload(RequestFacts facts, DocumentParts parts);

// The value of Content-Disposition for a file of that name (RFC 6266): always an attachment, never
// a path, with a plain form for old clients and UTF-8 for the others.
std::string AttachmentOf(const std::string& file_name);

}  // namespace jointly::gateway
