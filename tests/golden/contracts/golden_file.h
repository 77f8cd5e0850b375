#pragma once

#include <set>
#include <string>
#include <vector>

// Golden files: what is committed must be what the code says. JOINTLY_GOLDEN_UPDATE=1 writes them.
namespace jointly::test {

std::string ReadSourceFile(const std::string& path);
void WriteSourceFile(const std::string& path, const std::string& text);
bool UpdatingGolden();

// Every committed line must still exist (additive within v1); new lines must be committed too.
void ExpectGoldenLines(const std::string& path, const std::vector<std::string>& lines);

}  // namespace jointly::test
