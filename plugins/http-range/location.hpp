// One model on a server: its files, pinned to a commit where the server has commits.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <kindred/source.hpp>

#include "remote_file.hpp"

namespace kindred::http {

// On a Hub: asks once what the revision means and what files it has.
class HubLocation final : public Location {
 public:
  HubLocation(Service& service, const std::string& address);
  std::vector<std::string> list() override;
  std::shared_ptr<File> open(const std::string& name) override;
  std::string revision() const override { return listing_.commit; }

 private:
  std::string fetchListing(const Address& address) const;

  Service& service_;
  std::string path_;
  Listing listing_;
};

// On a plain server: tries the names that a checkpoint usually has, and those in its index.
class FilesLocation final : public Location {
 public:
  FilesLocation(Service& service, const std::string& address);
  std::vector<std::string> list() override;
  std::shared_ptr<File> open(const std::string& name) override;

 private:
  std::shared_ptr<RemoteFile> begin(const std::string& name, bool may_be_absent);
  void look();
  void addShards(RemoteFile& index);

  Service& service_;
  const Address address_;
  bool looked_ = false;
  std::map<std::string, std::shared_ptr<RemoteFile>> files_;  // null: there, not opened yet
};

}  // namespace kindred::http
