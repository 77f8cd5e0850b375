#include "common/rpc/streams.h"

#include "services/mobility/grpc/mobility_service.h"

namespace jointly::mobility {

grpc::ServerReadReactor<pb::UploadDocumentRequest>* Service::UploadDocument(
    grpc::CallbackServerContext* context, pb::Document* response) {
  using Stream = rpc::UploadStream<pb::UploadDocumentRequest, pb::Document, Upload>;
  return new Stream(runtime_, *context, *response,
                    {.noun = "document",
                     .begin = std::bind_front(&Api::BeginUpload, &api_),
                     .finish = std::bind_front(&Api::FinishUpload, &api_)});
}

grpc::ServerWriteReactor<pb::DownloadDocumentResponse>* Service::DownloadDocument(
    grpc::CallbackServerContext* context, const pb::DownloadDocumentRequest* request) {
  using Stream =
      rpc::DownloadStream<pb::DownloadDocumentRequest, pb::DownloadDocumentResponse, Download>;
  return new Stream(runtime_, *context, *request,
                    {.noun = "document",
                     .open = std::bind_front(&Api::OpenDownload, &api_),
                     .resource = &pb::DownloadDocumentResponse::mutable_document});
}

}  // namespace jointly::mobility
