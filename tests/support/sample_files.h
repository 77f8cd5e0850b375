#pragma once

#include <string>
#include <utility>
#include <vector>

// Small files of every kind that a student uploads, made here so that no binary is committed.
namespace jointly::test {

std::string SamplePdf();
std::string SamplePng();
std::string SampleJpeg();
std::string SampleDocx();
std::string SampleOdt();

// A ZIP archive of stored (uncompressed) members, in this order.
std::string MakeZip(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace jointly::test
