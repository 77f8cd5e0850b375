#include "common/rpc/streams.h"

#include "services/budgets/grpc/budgets_service.h"

namespace jointly::budgets {

grpc::ServerReadReactor<pb::UploadAttachmentRequest>* Service::UploadAttachment(
    grpc::CallbackServerContext* context, pb::Attachment* response) {
  using Stream = rpc::UploadStream<pb::UploadAttachmentRequest, pb::Attachment, Upload>;
  return new Stream(runtime_, *context, *response,
                    {.noun = "attachment",
                     .begin = std::bind_front(&Api::BeginUpload, &api_),
                     .finish = std::bind_front(&Api::FinishUpload, &api_)});
}

grpc::ServerWriteReactor<pb::DownloadAttachmentResponse>* Service::DownloadAttachment(
    grpc::CallbackServerContext* context, const pb::DownloadAttachmentRequest* request) {
  using Stream =
      rpc::DownloadStream<pb::DownloadAttachmentRequest, pb::DownloadAttachmentResponse, Download>;
  return new Stream(runtime_, *context, *request,
                    {.noun = "attachment",
                     .open = std::bind_front(&Api::OpenDownload, &api_),
                     .resource = &pb::DownloadAttachmentResponse::mutable_attachment});
}

}  // namespace jointly::budgets
