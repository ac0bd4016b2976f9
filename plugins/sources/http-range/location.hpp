// One model on a server: its files, pinned to a commit where the server has commits.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kindred/addresses/remote_address.hpp>
#include <kindred/source.hpp>

#include "remote_file.hpp"
#include "snapshot.hpp"

namespace kindred::http {

// On a Hub or on ModelScope: asks once what the revision means and what files it has. What the
// Hub's own tools have fetched of that commit is read from their cache.
class HubLocation final : public Location {
 public:
  HubLocation(Service& service, const std::string& address);
  std::vector<std::string> list() override;
  std::shared_ptr<File> open(const std::string& name) override;
  std::string revision() const override { return listing_.commit; }
  std::string chosen() const override { return chosen_; }
  std::string addressOf(const std::string& below) const override;
  std::string pinned() const override;
  std::string unlisted() const override;
  std::string endpoint() const override { return service_.settings.endpoint; }

 private:
  std::optional<Listing> keptListing();
  Listing fetchListing() const;
  void keep() const;
  void enter(const std::string& path);
  std::string place() const;
  std::string urlOf(const std::string& name) const;

  Service& service_;
  addresses::RemoteAddress address_;
  Listing listing_;
  std::optional<Snapshot> snapshot_;
  bool only_snapshot_ = false;  // nothing else is known of it
  std::string folder_;          // "unet/": what is opened; empty: all
  std::string chosen_;          // the one file in it that is meant; empty: the folder
  std::map<std::string, std::weak_ptr<File>> files_;  // the server is asked once about each
};

// On a plain server: tries the names that a checkpoint usually has, and those in its index.
class FilesLocation final : public Location {
 public:
  FilesLocation(Service& service, const std::string& address);
  std::vector<std::string> list() override;
  std::shared_ptr<File> open(const std::string& name) override;
  std::string chosen() const override { return address_.file; }
  std::string pinned() const override;
  std::string endpoint() const override { return service_.settings.endpoint; }

 private:
  std::shared_ptr<RemoteFile> begin(const std::string& name, bool may_be_absent);
  void look();
  void lookFor(std::span<const char* const> names);
  void addShards(RemoteFile& index);

  Service& service_;
  const FilesAddress address_;
  bool looked_ = false;
  std::map<std::string, std::shared_ptr<RemoteFile>> files_;  // null: there, not opened yet
};

}  // namespace kindred::http
