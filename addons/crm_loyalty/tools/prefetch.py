# The prefetch group of what few pages need of companies and contacts: whoever reads
# something else of them does not fetch these along, and who needs one has them all.
SELDOM_READ = "crm_loyalty"
